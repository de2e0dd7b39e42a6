// Reads {"cases": [[form, environment], ...]} and prints the values; the module's address is the first argument.
import { readFileSync } from "node:fs";

const { evaluate, toJson } = await import(process.argv[2]);
const { cases } = JSON.parse(readFileSync(0, "utf8"));
const answers = cases.map(([form, env]) => {
  try {
    return { value: toJson(evaluate(form, env), form.type) };
  } catch (error) {
    return { error: String(error) };
  }
});
process.stdout.write(JSON.stringify(answers));
