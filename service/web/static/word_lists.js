// Sends a file of words or domains in parts and shows how far it is.

import { send } from "./requests.js";

// A part has at most half of what the server takes: each letter may become six bytes of JSON.
const MOST_BYTES = 60_000;
const words = JSON.parse(document.getElementById("words").textContent);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

function parts(lines) {
  const found = [[]];
  let size = 0;
  for (const line of lines) {
    const bytes = JSON.stringify(line).length * 2;
    if (size + bytes > MOST_BYTES && found.at(-1).length) { found.push([]); size = 0; }
    found.at(-1).push(line.slice(0, 1000));
    size += bytes;
  }
  return found;
}

async function upload(file, address, bar, told) {
  const every = parts((await file.text()).replace(/^\uFEFF/, "").split(/\r\n|\r|\n/));
  const refused = [];
  let lines = 0, entries = 0, left_out = 0;
  bar.max = every.length;
  for (const [at, part] of every.entries()) {
    bar.value = at;
    const answer = await send(address, { lines: part, add: at > 0 });
    for (const line of answer.refused) refused.push({ ...line, number: line.number + lines });
    left_out += answer.refused_lines;
    lines += part.length;
    entries = answer.entries;
    told.textContent = fill(words.sent, { n: entries });
  }
  bar.value = every.length;
  const shown = refused.slice(0, 10).map((line) => fill(words.refused, line));
  told.textContent = [fill(words.done, { n: entries, m: left_out }), ...shown].join("\n");
}

for (const box of document.querySelectorAll(".list-file")) {
  const [input, bar, told] = ["input", "progress", "[role=status]"].map((part) => box.querySelector(part));
  box.hidden = false;
  input.addEventListener("change", async () => {
    if (!input.files.length) return;
    input.disabled = true;
    bar.hidden = false;
    try {
      await upload(input.files[0], box.dataset.address, bar, told);
      const field = document.querySelector(`textarea[name="${box.dataset.list}"]`);
      if (field) field.disabled = true;
    } catch (error) {
      told.textContent = `${words.failed} ${error.message}`;
    }
    input.disabled = false;
    bar.hidden = true;
    input.value = "";
  });
}
