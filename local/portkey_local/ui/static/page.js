// What the page does while one types: rendering by the server, running, saving. Without it, its forms still save.
"use strict";
const PAUSE = 250, LONG_PAUSE = 1000, LONG = 100000;
const form = document.querySelector("form[data-live]");
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const fields = () => [...new FormData(form)].map(([name, value]) => [name, String(value)]);

function send(path, signal) {
  const headers = { "content-type": "application/json" };
  return fetch(form.dataset.live + path, { method: "POST", headers, body: JSON.stringify(fields()), signal });
}
const element = (name, properties) => Object.assign(document.createElement(name), properties);
const parsed = (html) => element("template", { innerHTML: html }).content; // the server's own, every value in it escaped
const GONE = "The server can't be reached.";
const problem = (text) => element("p", { className: "problem", role: "alert", textContent: text });

// Rendering: after a pause in typing; an answer that was overtaken is thrown away.
let rendering, waiting;
function later() {
  clearTimeout(waiting);
  const size = fields().reduce((sum, [, value]) => sum + value.length, 0);
  waiting = setTimeout(render, size > LONG ? LONG_PAUSE : PAUSE);
}
async function render() {
  rendering?.abort();
  rendering = new AbortController();
  await Promise.all(all("[data-outcome]").map((outcome) => renderOne(outcome, rendering.signal)));
}
async function renderOne(outcome, signal) {
  const chat = outcome.querySelector("[data-rendered]");
  chat.ariaBusy = "true";
  try {
    const answer = await send("/render" + outcome.dataset.outcome, signal), made = parsed(await answer.text());
    const [variables, rendered] = ["variables", "rendered"].map((name) => made.querySelector(`[data-part=${name}]`));
    chat.replaceChildren(...(rendered ?? made).childNodes);
    if (variables) putVariables(document.querySelector("[data-variables]"), variables);
  } catch (error) {
    if (error.name === "AbortError") return;
    chat.replaceChildren(problem(GONE));
  }
  chat.ariaBusy = "false";
}
function putVariables(shown, made) {
  const names = (root) => all("[name]", root).map((each) => each.name).join("\n");
  if (!shown || names(shown) === names(made)) return;
  const at = shown.contains(document.activeElement) && document.activeElement.name;
  shown.replaceChildren(...made.childNodes);
  if (at) form.elements[at]?.focus();
}

// Running: events are shown as they come, until the end or until somebody stops it.
let running;
async function run() {
  if (running) return;
  running = new AbortController();
  const show = (is) => {
    const has = document.activeElement?.matches("[data-run], [data-stop]"); // what is hidden loses the keyboard
    all("[data-run], [data-stop]").forEach((each) => { each.hidden = "run" in each.dataset === is; });
    if (has) form.querySelector(is ? "[data-stop]" : "[data-run]").focus();
  };
  show(true);
  await Promise.all(all("[data-outcome]").map((outcome) => runOne(outcome, running.signal)));
  show(false);
  running = undefined;
}
async function runOne(outcome, signal) {
  const [answer, text, status] = ["answer", "text", "status"].map((name) => outcome.querySelector(`[data-${name}]`));
  const began = performance.now(), since = () => `${((performance.now() - began) / 1000).toFixed(2)} s`;
  const said = {}, choices = new Map();
  answer.hidden = false;
  answer.ariaBusy = "true";
  text.textContent = "";
  status.textContent = "Running …";
  try {
    const response = await send("/run" + outcome.dataset.outcome, signal);
    if (!response.ok) throw new Error(parsed(await response.text()).textContent.trim());
    for await (const event of events(response.body)) {
      if (event.error) throw new Error(event.error.message);
      for (const { index, delta, text: piece } of event.choices ?? []) {
        const words = piece ?? spoken(delta ?? {});
        if (words) said.first ??= `first word after ${since()}`;
        if (words && !choices.has(index)) choices.set(index, text.appendChild(element("div")));
        choices.get(index)?.append(words);
      }
      if (event.usage) said.usage = `${event.usage.prompt_tokens} + ${event.usage.completion_tokens} tokens`;
    }
  } catch (error) {
    if (error.name === "AbortError") said.ending = "stopped";
    else text.append(problem(error instanceof TypeError ? GONE : error.message)); // what fetch says is the browser's
  }
  answer.ariaBusy = "false";
  status.textContent = [said.ending, since(), said.first, said.usage].filter(Boolean).join(" · ");
}
function spoken({ content, refusal, tool_calls: calls }) {
  const parts = [content ?? []].flat().map((each) => each.text ?? (typeof each === "string" ? each : JSON.stringify(each)));
  return parts.join("") || refusal || (calls ? JSON.stringify(calls) : "");
}
async function* events(body) {
  let rest = "";
  for await (const piece of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line.startsWith("data: {")) yield JSON.parse(line.slice(6));
  }
}

// Saving: as the browser would, but a refusal leaves what was typed where it is.
let saved, saving;
const written = () => JSON.stringify(fields().filter(([name]) => !/^(text|json):|^version_description$/.test(name)));
async function save(event) {
  event.preventDefault();
  if (saving) return; // a second click makes no second prompt
  saving = true;
  const answer = await send("/save").catch(() => undefined);
  if (answer?.redirected) { saved = written(); location.assign(answer.url); return; } // the next page is on its way
  saving = false;
  const told = answer ? parsed(await answer.text()) : problem(GONE);
  form.querySelector("[data-problem]").replaceChildren(told);
}
function click({ target }) {
  const button = target.closest("button")?.dataset ?? {}, messages = all(".message");
  if ("run" in button) run();
  if ("stop" in button) running?.abort();
  if ("remove" in button && messages.length > 1) {
    const gone = target.closest(".message"), at = messages.indexOf(gone);
    (messages[at + 1] ?? messages[at - 1]).querySelector("textarea").focus();
    gone.remove();
  }
  if ("add" in button) {
    const made = messages.at(-1).cloneNode(true), [role, text] = all("select, textarea", made);
    text.value = "";
    role.value = messages.at(-1).querySelector("select").value === "user" ? "assistant" : "user";
    messages.at(-1).after(made);
    text.focus();
  }
  if ("add" in button || "remove" in button) later();
}

if (form) {
  form.addEventListener("input", later);
  form.addEventListener("click", click);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form.querySelector("[data-run]")) run();
    if (event.key === "Escape") running?.abort();
  });
  if (form.id === "editor") {
    form.addEventListener("submit", save);
    saved = written();
    addEventListener("pageshow", () => { saving = false; });
    addEventListener("beforeunload", (event) => { if (saved !== written()) event.preventDefault(); });
  }
  all("[data-add], [data-remove]").forEach((button) => { button.hidden = false; });
  render();
}
