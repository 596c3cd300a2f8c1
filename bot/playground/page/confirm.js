// The "are you sure?" a card may ask for: a native dialog, so that focus and Escape are the browser's business.

/** Ask; true when the person agrees. */
export function confirmed({ title, text }) {
  const dialog = document.getElementById("confirm");
  document.getElementById("confirm-title").textContent = title;
  document.getElementById("confirm-text").textContent = text;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((settle) => dialog.addEventListener("close", () => settle(dialog.returnValue === "yes"), { once: true }));
}
