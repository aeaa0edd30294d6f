// Render with the hosted service's template engine: a line of JSON in, [template, variables, partials],
// a line of JSON out, {"text": …} or {"error": …}.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

// The package lies in the folder that is named, not beside this file.
const path = createRequire(process.argv[2] + "/").resolve("@portkey-ai/mustache");
const { default: mustache } = await import(pathToFileURL(path));

for await (const line of createInterface({ input: process.stdin })) {
  const [template, variables, partials] = JSON.parse(line);
  let answer;
  try {
    answer = { text: mustache.render(template, variables, partials, { escape: (value) => value }) };
  } catch (error) {
    answer = { error: String(error) };
  }
  mustache.clearCache();
  process.stdout.write(JSON.stringify(answer) + "\n");
}
