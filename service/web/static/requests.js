// JSON requests with the CSRF token. If the connection is lost, the request is sent again with the same action id, so the server
// carries it out only once.

const PAUSES = [700, 1500, 3000];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const words = JSON.parse(document.getElementById("words").textContent);

export async function send(address, content) {
  for (let attempt = 0; ; attempt += 1) {
    let answer;
    try {
      answer = await fetch(address, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": document.body.dataset.csrf },
        body: JSON.stringify(content),
      });
    } catch {
      if (attempt === PAUSES.length) throw new Error(words.offline);
      await pause(PAUSES[attempt]);
      continue;
    }
    if (answer.ok) return answer.json();
    if (answer.status === 503 && attempt < PAUSES.length) { await pause(PAUSES[attempt]); continue; }
    const problem = await answer.json().catch(() => ({}));
    throw new Error(answer.status === 401 ? words.signed_out : problem.detail ?? String(answer.status));
  }
}

export async function ask(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json, text/html" } });
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
