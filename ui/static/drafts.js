/* What somebody has typed and not yet sent outlives a reload: a restarted server, a live redraw, a dialog closed by
   mistake. It stays in this tab (sessionStorage), under the key that the field carries in `data-draft`, and only for the
   person who is signed in: whoever signs in next finds nothing. A field that the server fills names with
   `data-draft-over` what it filled in: only over that is the draft put back. */
(() => {
  const OWNER = document.currentScript.dataset.owner;
  const PREFIX = "care_draft:";
  const given = (field) => field.dataset.draftOver ?? "";
  const keep = (field) => {
    const name = PREFIX + field.dataset.draft;
    field.value !== given(field) ? sessionStorage.setItem(name, field.value) : sessionStorage.removeItem(name);
  };
  const restore = (field) => {
    const kept = sessionStorage.getItem(PREFIX + field.dataset.draft);
    if (kept === null || field.value !== given(field)) return;
    field.value = kept;
    field.dispatchEvent(new Event("input", { bubbles: true })); // Vue and the server hear of it as of typing
  };
  const forget = (start) => {
    for (const name of Object.keys(sessionStorage)) if (name.startsWith(start)) sessionStorage.removeItem(name);
  };
  if (sessionStorage.getItem("care_drafts_of") !== OWNER) forget(PREFIX);
  sessionStorage.setItem("care_drafts_of", OWNER);

  document.addEventListener("input", (event) => event.target.dataset?.draft && keep(event.target));
  document.addEventListener("submit", (event) => event.target.action.endsWith("/sign-out") && forget(PREFIX));
  // What the server wrote into the field (a template; nothing, once it was sent) makes no input event.
  addEventListener("pagehide", () => document.querySelectorAll("[data-draft]").forEach(keep));
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes)
        if (node.nodeType === Node.ELEMENT_NODE)
          [node, ...node.querySelectorAll("[data-draft]")].filter((each) => each.dataset?.draft).forEach(restore);
  }).observe(document.documentElement, { childList: true, subtree: true });

  window.careDrafts = { forget: (key) => sessionStorage.removeItem(PREFIX + key) };
})();
