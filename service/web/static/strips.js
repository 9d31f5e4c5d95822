// Scroll a navigation bar that is wider than the screen to the current page.
for (const here of document.querySelectorAll("nav [aria-current]")) {
  here.scrollIntoView({ block: "nearest", inline: "center" });
}
