/* The planner's keyboard. In the calendar the arrows go from day to day, Home and End to the ends of the week, PageUp
   and PageDown to the months before and after. And whatever is drawn anew gets the focus back that it had: the element
   with the same `data-key` takes it over. */
(() => {
  const stood = { page: null, dialog: null }; // the key of what has, or last had, the focus
  const DAYS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
  const MONTHS = { PageUp: -1, PageDown: 1 };
  const layer = (element) => (element.closest(".q-dialog") ? "dialog" : "page");
  const within = (root, key) => root.querySelector(`[data-key="${CSS.escape(key)}"]`);
  const isoDay = (date) => date.toISOString().slice(0, 10);

  const later = (day, days) => {
    const date = new Date(`${day}T00:00Z`);
    date.setUTCDate(date.getUTCDate() + days);
    return isoDay(date);
  };
  // The same day of another month, or the last that it has.
  const monthLater = (day, months) => {
    const [year, month, number] = day.split("-").map(Number);
    const last = new Date(Date.UTC(year, month + months, 0));
    return isoDay(new Date(Math.min(Date.UTC(year, month - 1 + months, number), last)));
  };
  const go = (day) => {
    for (const other of document.querySelectorAll(".cal .day")) other.tabIndex = other === day ? 0 : -1;
    day.focus();
  };
  const turn = (calendar, by, wanted) => {
    const button = within(calendar.closest(".planner"), by < 0 ? "month before" : "month after");
    if (!button || button.disabled) return;
    button.click();
    stood.page = wanted;
  };

  document.addEventListener("keydown", (event) => {
    const day = event.target.closest?.(".cal .day");
    if (!day || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const calendar = day.closest(".cal");
    const [key, week] = [day.dataset.key, [...day.closest("[role=row]").querySelectorAll(".day")]];
    if (event.key === "Home") go(week[0]);
    else if (event.key === "End") go(week.at(-1));
    else if (event.key in MONTHS) turn(calendar, MONTHS[event.key], monthLater(key, MONTHS[event.key]));
    else if (event.key in DAYS) {
      const wanted = later(key, DAYS[event.key]);
      const found = within(calendar, wanted);
      if (found) go(found);
      else turn(calendar, DAYS[event.key], wanted);
    } else return;
    event.preventDefault();
  });

  const stands = (event) => {
    if (event.target.closest(".q-menu")) return; // it goes, and the focus returns to what opened it
    stood[layer(event.target)] = event.target.closest("[data-key]")?.dataset.key ?? null;
  };
  document.addEventListener("focusin", stands);
  document.addEventListener("pointerdown", stands);
  new MutationObserver(() => {
    const dialog = [...document.querySelectorAll(".q-dialog")].at(-1);
    const key = dialog ? stood.dialog : stood.page;
    if (!key || (document.activeElement && document.activeElement !== document.body)) return;
    const found = within(dialog ?? document, key) ?? (dialog && within(dialog, "close"));
    if (found?.matches(".cal .day")) go(found);
    else found?.focus({ preventScroll: true });
  }).observe(document.body, { childList: true, subtree: true });
})();
