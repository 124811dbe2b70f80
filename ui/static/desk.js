/* The desk's keys. A key presses what says so itself in `aria-keyshortcuts`; nothing while somebody types, and nothing
   behind an open dialog. Whoever dictates or leans on the keyboard can turn them off; the browser remembers it. */
(() => {
  const OFF = "care_keys_off";
  const typing = (element) => element.closest("input, textarea, select, [contenteditable=true]");
  const hidden = (element) => element.offsetParent === null || element.disabled;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) return;
    if (typing(event.target) || document.querySelector(".q-dialog, .q-menu, dialog[open]")) return;
    if (localStorage.getItem(OFF) && event.key !== "?") return;
    const key = CSS.escape(event.key.toLowerCase());
    const found = [...document.querySelectorAll(`[aria-keyshortcuts="${key}"]`)].find((each) => !hidden(each));
    if (!found) return;
    event.preventDefault();
    found.click();
  });
  // The case that is open may stand far down in the queue.
  const chosen = () => document.querySelector(".scrolls .queue [aria-current]")?.scrollIntoView({ block: "nearest" });
  const drawn = new MutationObserver(() => document.querySelector(".queue") && (drawn.disconnect(), chosen()));
  drawn.observe(document.documentElement, { childList: true, subtree: true });
  // A list that is drawn anew stays scrolled to where it was.
  const places = new WeakMap();
  document.addEventListener("scroll", ({ target }) => places.set(target, target.scrollTop), true);
  new MutationObserver(() => {
    const list = document.querySelector(".queue")?.closest(".scrolls");
    const place = list && places.get(list);
    if (place && list.scrollTop !== place) list.scrollTop = place;
  }).observe(document.documentElement, { childList: true, subtree: true });
  window.careKeys = {
    on: () => !localStorage.getItem(OFF),
    set: (on) => (on ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")),
  };
})();
