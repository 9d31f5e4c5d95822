// The form of a custom rule: the label of a condition's value follows its subject.

for (const condition of document.querySelectorAll(".condition")) {
  const subject = condition.querySelector("select");
  const value = condition.querySelector("label:has(.value-label)"), label = value.querySelector(".value-label");
  const generic = label.textContent;
  const follow = () => {
    const wanted = subject.selectedOptions[0].dataset.value;
    value.hidden = subject.value === "" || wanted === "";
    label.textContent = wanted ?? generic;
  };
  subject.addEventListener("change", follow);
  follow();
}
