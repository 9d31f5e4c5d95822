// JSON requests with the CSRF token. If the connection is lost, or the session has ended and the moderator signs in again, the
// request is sent again with the same action id, so the server carries it out only once.

import { adopt, session, signInAgain } from "./again.js";
import { at } from "./paths.js";

const PAUSES = [700, 1500, 3000];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const words = JSON.parse(document.getElementById("words").textContent);

export const send = (path, content) => post(at(path), JSON.stringify(content), { "Content-Type": "application/json" });

// The fields of a form, answered as JSON. Its address is whole.
export const sendForm = (address, fields) => post(address, new URLSearchParams(fields), {});

async function post(address, body, headers) {
  let renewed = false;
  for (let attempt = 0; ; attempt += 1) {
    const csrf = document.body.dataset.csrf;
    let answer;
    try {
      answer = await fetch(address, { method: "POST", headers: { ...headers, Accept: "application/json", "X-CSRF-Token": csrf }, body });
    } catch {
      if (attempt === PAUSES.length) throw new Error(words.offline);
      await pause(PAUSES[attempt]);
      continue;
    }
    if (answer.ok) return answer.json();
    if (answer.status === 503 && attempt < PAUSES.length) { await pause(PAUSES[attempt]); continue; }
    if ([401, 403].includes(answer.status) && !renewed && (renewed = await signedInAnew())) continue;
    const problem = await answer.json().catch(() => ({}));
    throw new Error(answer.status === 401 ? words.signed_out : problem.detail ?? String(answer.status));
  }
}

// Whether the page now has the token of a session that lives. If the browser has none, the moderator is asked to sign in.
async function signedInAnew() {
  try {
    return adopt((await session()) ?? (await signInAgain()));
  } catch {
    return false;
  }
}

export async function ask(path) {
  const answer = await fetch(at(path), { headers: { Accept: "application/json, text/html" } });
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  return answer;
}

export function newId() {
  // crypto.randomUUID needs a secure context; plain http on a local network is not secure.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
