/* The viewer: whatever `a[data-zoom]` leads to, large over the page. The wheel, two fingers, the buttons and + - 0 zoom;
   dragging (or Shift with an arrow) pans; arrows and swipes go to the next file. The browser's own <dialog> keeps the
   focus inside, closes on Escape and makes the page behind it inert. */
(() => {
  const MOST = 8, STEP = 1.4, SWIPE = 60, PAN = 80;
  const fingers = new Map();
  let files = [], at = 0, scale = 1, x = 0, y = 0, went = 0;

  const viewer = () => document.querySelector("dialog.viewer");
  const part = (name) => viewer().querySelector(`.viewer-${name}`);
  const opened = () => viewer()?.open;

  const place = () => {
    const stage = part("stage");
    const most = (length) => ((scale - 1) * length) / 2;
    x = Math.max(-most(stage.clientWidth), Math.min(most(stage.clientWidth), x));
    y = Math.max(-most(stage.clientHeight), Math.min(most(stage.clientHeight), y));
    part("picture").style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    stage.classList.toggle("zoomed", scale > 1);
  };
  // `about`: what stays where it is while the picture grows, from the middle of the stage.
  const zoom = (factor, about = { x: 0, y: 0 }) => {
    const next = Math.max(1, Math.min(MOST, scale * factor));
    x = about.x - ((about.x - x) * next) / scale;
    y = about.y - ((about.y - y) * next) / scale;
    scale = next;
    place();
  };
  const middle = (point) => {
    const stage = part("stage").getBoundingClientRect();
    return { x: point.clientX - stage.left - stage.width / 2, y: point.clientY - stage.top - stage.height / 2 };
  };
  const fit = () => ((scale = 1), place());
  const show = (number) => {
    at = (number + files.length) % files.length;
    const file = files[at], found = file.closest("figure")?.querySelector(".findings");
    part("picture").src = file.href;
    part("picture").alt = file.dataset.zoom;
    part("title").textContent = file.dataset.zoom;
    part("count").textContent = files.length > 1 ? `${at + 1} / ${files.length}` : "";
    part("says").replaceChildren(...(found ? [found.cloneNode(true)] : []));
    fit();
  };
  const open = (link) => {
    files = [...document.querySelectorAll("a[data-zoom]")].filter((each) => each.offsetParent !== null);
    viewer().toggleAttribute("data-alone", files.length < 2);
    viewer().showModal();
    viewer().focus();
    show(files.indexOf(link));
  };
  const DEEDS = {
    in: () => zoom(STEP), out: () => zoom(1 / STEP), fit,
    previous: () => show(at - 1), next: () => show(at + 1), close: () => viewer().close(),
  };
  const pan = (right, down) => ((x += right), (y += down), place());
  const KEYS = {
    "+": DEEDS.in, "=": DEEDS.in, "-": DEEDS.out, 0: fit, ArrowLeft: DEEDS.previous, ArrowRight: DEEDS.next,
    "shift ArrowLeft": () => pan(PAN, 0), "shift ArrowRight": () => pan(-PAN, 0),
    "shift ArrowUp": () => pan(0, PAN), "shift ArrowDown": () => pan(0, -PAN),
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-zoom]");
    if (link && viewer() && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      open(link);
    } else if (opened()) DEEDS[event.target.closest("[data-do]")?.dataset.do]?.();
  });
  document.addEventListener("keydown", (event) => {
    if (!opened() || event.ctrlKey || event.altKey || event.metaKey) return;
    const deed = KEYS[event.shiftKey && event.key.startsWith("Arrow") ? `shift ${event.key}` : event.key];
    if (deed) event.preventDefault(), deed();
  });
  const onStage = (event) => opened() && event.target.closest?.(".viewer-stage");
  document.addEventListener("wheel", (event) => {
    if (!onStage(event)) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, middle(event));
  }, { passive: false });
  document.addEventListener("dblclick", (event) => onStage(event) && (scale > 1 ? fit() : zoom(2.5, middle(event))));
  document.addEventListener("pointerdown", (event) => {
    if (!onStage(event)) return;
    event.preventDefault();
    part("stage").setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, event);
    went = 0;
  });
  document.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before || !opened()) return;
    const other = [...fingers.values()].find((each) => each.pointerId !== event.pointerId);
    if (other) {
      const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) || 1;
      zoom(apart(event) / apart(before), middle(other));
    } else {
      went += event.clientX - before.clientX;
      pan(event.clientX - before.clientX, event.clientY - before.clientY);
    }
    fingers.set(event.pointerId, event);
  });
  const lifted = (event) => {
    const alone = fingers.delete(event.pointerId) && fingers.size === 0;
    if (alone && opened() && scale === 1 && Math.abs(went) > SWIPE && files.length > 1) show(at + (went < 0 ? 1 : -1));
  };
  document.addEventListener("pointerup", lifted);
  document.addEventListener("pointercancel", lifted);
  // Capturing, as `close` does not bubble. The page may have been drawn anew meanwhile: the file is found by its address.
  document.addEventListener("close", (event) => {
    if (!event.target.matches("dialog.viewer")) return;
    fingers.clear();
    document.querySelector(`a[data-zoom][href="${CSS.escape(files[at].getAttribute("href"))}"]`)?.focus();
  }, true);
})();
