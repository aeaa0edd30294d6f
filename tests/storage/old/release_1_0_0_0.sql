-- The tables of 1.0.0.0, as its create_all made them; a program of that release counted no revisions.
CREATE TABLE collections (
    id TEXT NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    folded_name TEXT NOT NULL,
    workspace_id TEXT NOT NULL,
    parent_collection_id TEXT,
    is_default BOOLEAN NOT NULL,
    status TEXT NOT NULL,
    created_at TEXT NOT NULL,
    last_updated_at TEXT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (slug),
    FOREIGN KEY(parent_collection_id) REFERENCES collections (id)
);
CREATE TABLE labels (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    folded_name TEXT NOT NULL,
    description TEXT,
    color_code TEXT,
    organisation_id TEXT NOT NULL,
    workspace_id TEXT NOT NULL,
    is_universal BOOLEAN NOT NULL,
    status TEXT NOT NULL,
    created_at TEXT NOT NULL,
    last_updated_at TEXT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (name)
);
CREATE TABLE prompts (
    id TEXT NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    folded_name TEXT NOT NULL,
    collection_id TEXT NOT NULL,
    status TEXT NOT NULL,
    published_number INTEGER NOT NULL,
    latest_number INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    last_updated_at TEXT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (slug),
    FOREIGN KEY(collection_id) REFERENCES collections (id)
);
CREATE INDEX prompts_by_collection ON prompts (collection_id);
CREATE INDEX prompts_by_age ON prompts (created_at, id);
CREATE TABLE partials (
    id TEXT NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    collection_id TEXT NOT NULL,
    status TEXT NOT NULL,
    published_number INTEGER NOT NULL,
    latest_number INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    last_updated_at TEXT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (slug),
    FOREIGN KEY(collection_id) REFERENCES collections (id)
);
CREATE INDEX partials_by_collection ON partials (collection_id);
CREATE INDEX partials_by_age ON partials (created_at, id);
CREATE TABLE prompt_versions (
    id TEXT NOT NULL,
    prompt_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    string TEXT NOT NULL,
    parameters JSON,
    functions JSON,
    tools JSON,
    tool_choice JSON,
    template_metadata JSON,
    variable_components JSON,
    model TEXT,
    virtual_key TEXT,
    is_raw_template INTEGER NOT NULL,
    description TEXT,
    created_at TEXT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (prompt_id, number),
    FOREIGN KEY(prompt_id) REFERENCES prompts (id) ON DELETE CASCADE
);
CREATE TABLE partial_versions (
    id TEXT NOT NULL,
    partial_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    string TEXT NOT NULL,
    variable_components JSON,
    description TEXT,
    created_at TEXT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (partial_id, number),
    FOREIGN KEY(partial_id) REFERENCES partials (id) ON DELETE CASCADE
);
CREATE TABLE version_labels (
    prompt_id TEXT NOT NULL,
    label_id TEXT NOT NULL,
    version_id TEXT NOT NULL,
    given_at TEXT NOT NULL,
    PRIMARY KEY (prompt_id, label_id),
    FOREIGN KEY(prompt_id) REFERENCES prompts (id) ON DELETE CASCADE,
    FOREIGN KEY(label_id) REFERENCES labels (id) ON DELETE CASCADE,
    FOREIGN KEY(version_id) REFERENCES prompt_versions (id) ON DELETE CASCADE
);
CREATE INDEX version_labels_by_version ON version_labels (version_id);
CREATE INDEX version_labels_by_label ON version_labels (label_id);
INSERT INTO collections VALUES ('c-1', 'default', 'Default', 'default', '00000000-0000-4000-8000-000000000002', NULL, TRUE, 'active', '2026-01-02T03:04:05.000Z', '2026-01-02T03:04:05.000Z');
INSERT INTO labels VALUES ('l-1', 'production', 'production', 'What users get.', '#00A676', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002', TRUE, 'active', '2026-01-02T03:04:05.000Z', '2026-01-02T03:04:05.000Z');
INSERT INTO labels VALUES ('l-2', 'staging', 'staging', NULL, NULL, '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002', TRUE, 'active', '2026-01-02T03:04:05.000Z', '2026-01-02T03:04:05.000Z');
INSERT INTO labels VALUES ('l-3', 'development', 'development', NULL, NULL, '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002', TRUE, 'active', '2026-01-02T03:04:05.000Z', '2026-01-02T03:04:05.000Z');
INSERT INTO prompts VALUES ('p-1', 'pp-old', 'Old', 'old', 'c-1', 'active', 1, 2, '2026-01-02T03:04:05.000Z', '2026-01-02T03:04:06.000Z');
INSERT INTO prompt_versions VALUES ('v-1', 'p-1', 1, 'Hello {{name}}, äöü ☃', '{"temperature":0.5,"name":""}', NULL, NULL, NULL, '{}', '{"variables":["name"],"sections":[],"partials":[],"sectionVariables":{},"variablePartials":[]}', 'gpt-4', NULL, 0, NULL, '2026-01-02T03:04:05.000Z');
INSERT INTO prompt_versions VALUES ('v-2', 'p-1', 2, 'Bye {{name}}', '{}', NULL, NULL, NULL, '{}', '{"variables":["name"],"sections":[],"partials":[],"sectionVariables":{},"variablePartials":[]}', NULL, NULL, 0, 'Says bye', '2026-01-02T03:04:06.000Z');
INSERT INTO version_labels VALUES ('p-1', 'l-1', 'v-2', '2026-01-02T03:04:07.000Z');
INSERT INTO partials VALUES ('q-1', 'pp-tone', 'Tone', 'c-1', 'active', 1, 1, '2026-01-02T03:04:05.000Z', '2026-01-02T03:04:05.000Z');
INSERT INTO partial_versions VALUES ('w-1', 'q-1', 1, 'Be kind.', '{"variables":[],"sections":[],"partials":[],"sectionVariables":{},"variablePartials":[]}', NULL, '2026-01-02T03:04:05.000Z');
