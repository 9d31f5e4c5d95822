// Which character a key stands for, on every keyboard layout.

// The character that a key stands for. On a layout without Latin letters, and while an input method is on, this is the character
// at the same place of an American keyboard. Caps lock changes nothing: only Shift makes a capital letter.
export function characterOf(event) {
  const { key, code, shiftKey } = event;
  const place = /^(?:Key([A-Z])|(?:Digit|Numpad)([0-9]))$/.exec(code ?? "");
  if (/^[ -~]$/.test(key)) return capsLock(event) ? key[shiftKey ? "toUpperCase" : "toLowerCase"]() : key;
  if (place?.[1] && isCharacter(key)) return shiftKey ? place[1] : place[1].toLowerCase();
  if (place?.[2] && isCharacter(key)) return code === "Digit8" && shiftKey ? "*" : place[2];
  if (code === "Slash" && isCharacter(key)) return shiftKey ? "?" : "/";
  return key;
}

// An input method says `Process` for the key itself.
const isCharacter = (key) => key.length <= 2 || key === "Process" || key === "Unidentified";

// The digit of a key, also where the row of digits needs Shift, as on a French keyboard. With Shift only a digit itself counts: on
// an American keyboard `!` is no 1. A `*` selects all and is never an 8.
export function digitOf({ key, code, shiftKey }) {
  if (/^[1-9]$/.test(key)) return key;
  return shiftKey || key === "*" || !isCharacter(key) ? "" : /^(?:Digit|Numpad)([1-9])$/.exec(code ?? "")?.[1] ?? "";
}

// The action that a key map has for this key. A moderator may also have chosen a character that is not Latin.
export function actOf(event, keymap) {
  return (/^[ -~]$/.test(event.key) ? undefined : keymap.get(event.key)) ?? keymap.get(characterOf(event));
}

export const capsLock = (event) => /^\p{L}$/u.test(event.key) && event.getModifierState?.("CapsLock");
