/* The chat of one open page. What is typed, added or on its way is kept in the tab until the server knows it is said:
   neither a lost connection nor a server that starts anew loses it, and the key of a message lets it be said once. */
(() => {
  const chat = (window.careChat = { after: 0 });
  const moving = new Map();
  const early = []; // what was pressed before the page was ready
  let ready, key, conversation, field;

  const kept = () => JSON.parse(sessionStorage.getItem(key) ?? "{}");
  const keep = (changes) => sessionStorage.setItem(key, JSON.stringify({ ...kept(), ...changes }));
  const name = () => [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
  const emit = (sent) => emitEvent("chat_send", JSON.stringify(sent));

  const begun = () => emitEvent("chat_begin", JSON.stringify({ files: kept().files ?? [], sent: kept().sent ?? null }));

  function put(text) {
    field.value = text;
    keep({ typed: text });
    grow();
  }

  function grow() {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + 2}px`;
  }

  chat.begin = (where, upload) => {
    conversation = where;
    field = document.querySelector(".composer textarea");
    key = field.dataset.kept;
    put(field.value || (kept().typed ?? ""));
    takeFiles(document.querySelector(".chat-card"), upload);
    fitTheKeyboard();
    keepTheEnd(document.querySelector(".chat-log"));
    const looks = () => document.hidden || emitEvent("looks");
    document.addEventListener("visibilitychange", looks);
    // What was pressed while the line was down; the server knows its key, should both arrive.
    window.socket.on("connect", () => setTimeout(() => kept().sent && !kept().sent.failed && emit(kept().sent), 1000));
    begun();
    looks();
    ready = true;
    early.splice(0).forEach((pressed) => pressed());
  };

  chat.typed = (event) => {
    field = event.target;
    key = field.dataset.kept;
    put(field.value);
  };

  chat.key = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    chat.send();
  };

  /* One message at a time: an answer may change what the next one means. */
  chat.say = (text) => {
    if (!ready) return early.push(() => chat.say(text));
    const waiting = kept().sent;
    if (waiting) return waiting.failed ? emitEvent("chat_blocked") : emit(waiting);
    const sent = { key: name(), text, files: kept().files ?? [], after: chat.after, conversation };
    keep({ sent });
    emit(sent);
  };
  chat.send = () => {
    if (!ready) return early.push(chat.send);
    const text = field.value.trim();
    if (text || kept().files?.length) chat.say(text);
    field.focus();
  };
  chat.again = () => {
    const sent = { ...kept().sent, after: chat.after, conversation };
    delete sent.failed;
    keep({ sent });
    emit(sent);
  };
  chat.edit = () => {
    const { sent } = kept();
    if (!sent) return;
    put([sent.text, field.value].filter(Boolean).join("\n"));
    keep({ sent: null, files: [...new Set([...sent.files, ...(kept().files ?? [])])] });
    begun();
    field.focus();
  };

  /* What the server tells: it has the message; it is said; it is not, and the next try goes under `next`. */
  chat.took = (sent) => {
    if (kept().sent?.key !== sent) return;
    if (field.value.trim() === kept().sent.text) put("");
    keep({ files: [] });
  };
  chat.said = (sent, where) => {
    conversation = where ?? conversation;
    if (kept().sent?.key === sent) keep({ sent: null });
  };
  chat.failed = (sent, fresh) => {
    const waiting = kept().sent;
    if (waiting?.key === sent) keep({ sent: { ...waiting, key: fresh ? name() : waiting.key, failed: true } });
  };
  chat.files = (files) => keep({ files });
  chat.shows = (after) => (chat.after = after);

  function takeFiles(card, upload) {
    const add = (event, data) => {
      if (!data?.files.length) return;
      event.preventDefault();
      getElement(upload).$refs.qRef.addFiles(data.files);
    };
    const over = (on) => (event) => {
      if (on && event.dataTransfer?.types.includes("Files")) event.preventDefault();
      card.classList.toggle("dropping", on && !!event.dataTransfer?.types.includes("Files"));
    };
    card.addEventListener("dragover", over(true));
    card.addEventListener("dragleave", over(false));
    card.addEventListener("drop", (event) => (over(false)(event), add(event, event.dataTransfer)));
    field.addEventListener("paste", (event) => add(event, event.clipboardData));
  }

  /* How much of the files has gone out, by an upload's event. */
  chat.uploading = ({ files, xhr }) => {
    const bar = document.querySelector(".uploading");
    const show = () => {
      const all = [...moving.values()];
      const sum = (part) => all.reduce((total, each) => total + each[part], 0);
      bar.hidden = !all.length;
      bar.querySelector("progress").value = sum("loaded") / (sum("total") || 1);
      bar.querySelector(".file").textContent = all.map((each) => each.name).join(", ");
    };
    moving.set(xhr, { name: files[0].name, loaded: 0, total: files[0].size });
    xhr.upload.addEventListener("progress", (event) => {
      Object.assign(moving.get(xhr) ?? {}, { loaded: event.loaded, total: event.total });
      show();
    });
    xhr.addEventListener("loadend", () => (moving.delete(xhr), show()));
    show();
  };

  /* Files and quick answers take their room from below: what was just read stays in sight. */
  function keepTheEnd(log) {
    let before = log.clientHeight;
    new ResizeObserver(() => {
      log.scrollTop += Math.max(0, before - log.clientHeight);
      before = log.clientHeight;
    }).observe(log);
  }

  /* A phone's keyboard covers the page without changing its size. */
  function fitTheKeyboard() {
    const seen = window.visualViewport;
    let before = 0;
    const fit = () => {
      const height = Math.round(seen.height * seen.scale);
      if (height === before) return;
      before = height;
      document.documentElement.style.setProperty("--seen", `${height}px`);
      document.body.classList.toggle("keyboard", document.activeElement === field && height < 560 && seen.width < 1024);
      window.scrollTo(0, 0);
      if (chat.after) document.querySelector(".chat-log")?.scrollTo({ top: 1e9 });
    };
    seen.addEventListener("resize", fit);
    field.addEventListener("focus", () => ((before = 0), fit()));
    field.addEventListener("blur", () => ((before = 0), fit()));
    fit();
  }
})();
