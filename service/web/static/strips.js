// A strip of places that is wider than a phone begins at the place where one is.
for (const here of document.querySelectorAll("nav [aria-current]")) {
  here.scrollIntoView({ block: "nearest", inline: "center" });
}
