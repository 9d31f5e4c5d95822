// Swipes on a phone, in addition to the buttons: right approves, left opens the reasons for a rejection.
// Vertical swipes scroll as usual, and a finger that moves back cancels the swipe.

const FAR = 0.35; // share of the card's width that counts as a swipe
const still = matchMedia("(prefers-reduced-motion: reduce)");

export function swipes(feed, acts) {
  let from = null;
  const side = (dx, card) => (Math.abs(dx) < card.offsetWidth * FAR ? "" : dx > 0 ? "right" : "left");

  const rest = () => {
    if (!from) return;
    from.card.style.transform = "";
    delete from.card.dataset.swipe;
    from = null;
  };

  feed.addEventListener("pointerdown", (event) => {
    rest();
    const card = event.target.closest(".card.current");
    if (!card || event.pointerType !== "touch" || !event.isPrimary || event.target.closest(".foot, a, label, mark")) return;
    // This touch only closes the open rejection form.
    if (document.querySelector("details.reject[open], .tool-form")) return;
    from = { card, id: event.pointerId, x: event.clientX, y: event.clientY };
  });

  feed.addEventListener("pointermove", (event) => {
    if (event.pointerId !== from?.id) return;
    const dx = event.clientX - from.x;
    if (Math.abs(event.clientY - from.y) > Math.abs(dx) || !getSelection().isCollapsed) { rest(); return; }
    if (!still.matches) from.card.style.transform = `translateX(${dx}px)`;
    from.card.dataset.swipe = side(dx, from.card);
  });

  feed.addEventListener("pointerup", (event) => {
    if (event.pointerId !== from?.id) return;
    const done = side(event.clientX - from.x, from.card);
    rest();
    if (done) acts[done]();
  });

  feed.addEventListener("pointercancel", rest);
}
