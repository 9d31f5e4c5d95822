// The box that selects all comments of a list.
for (const box of document.querySelectorAll("[data-select-all]")) {
  const form = box.closest("form");
  box.closest(".needs-script").hidden = false;
  box.addEventListener("change", () => {
    for (const one of form.querySelectorAll('input[name="comment"]')) one.checked = box.checked;
  });
}
