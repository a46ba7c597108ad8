(() => {
  const template = document.getElementById("review-form");
  if (!template) return;
  const { reviewUrl, csrf, db } = document.body.dataset;
  const mode = reviewUrl ? "served" : "static";
  const forms = new WeakMap();

  // A page in a file, or a browser that keeps nothing, may refuse: then it is asked again.
  const memory = {
    read(name) { try { return localStorage.getItem(`verifier-${name}`) ?? ""; } catch { return ""; } },
    keep(name, value) { try { localStorage.setItem(`verifier-${name}`, value); } catch { /* not kept */ } },
  };

  // A tab or an escape that is pasted into a terminal is a key that is pressed there; a line's end may be Enter.
  const oneLine = (text) => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, " ");
  const quoted = (text) => `'${oneLine(text).replaceAll("'", "'\\''")}'`;
  const word = (text) => (/^[A-Za-z0-9_]+$/.test(text) ? text : quoted(text));

  function said(form, hook) {
    const { verdict, label, passage, comment, by } = form.elements;
    const labels = { accept: hook.dataset.label, override: label.value };
    return {
      claim_id: hook.dataset.claim,
      label: labels[verdict.value] || null,
      comment: comment.value.trim(),
      passage_id: passage.value || null,
      by: by.value.trim(),
    };
  }

  function commandOf(form, hook) {
    const { claim_id, label, comment, passage_id, by } = said(form, hook);
    const parts = ["verifier review", word(claim_id)];
    if (label) parts.push("--label", word(label));
    parts.push("--by", quoted(by));
    if (comment) parts.push("--comment", quoted(comment));
    if (passage_id) parts.push("--wrong-evidence", word(passage_id));
    parts.push("--db", quoted(form.elements.db.value));
    return parts.join(" ");
  }

  // What is lacking, and the field that lacks it.
  function lack(form, hook) {
    const { verdict, label, by } = form.elements;
    const { label: given, comment, passage_id, by: name } = said(form, hook);
    if (verdict.value === "override" && !given) return ["Choose the right label.", label];
    if (!given && !comment && !passage_id) {
      return ["Say what is right or wrong: a label, wrong evidence or a comment.", verdict[0]];
    }
    return name ? null : ["Give your name.", by];
  }

  function tell(form, words, isError = false) {
    const told = form.querySelector(".told");
    told.classList.toggle("error", isError);
    told.textContent = words;
  }

  async function copy(form) {
    const { command } = form.elements;
    try {
      await navigator.clipboard.writeText(command.value);
      tell(form, "Copied. Paste it into a terminal.");
    } catch {
      command.focus();
      command.select();
      tell(form, "The command is selected: copy it with Ctrl+C, or ⌘C on a Mac.");
    }
  }

  async function store(form, hook) {
    const body = JSON.stringify(said(form, hook));
    const options = {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
      body,
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
    };
    let answer, found;
    try {
      answer = await fetch(reviewUrl, options);
    } catch {
      return tell(form, "The server does not answer; it may have been stopped. What you wrote still stands here.", true);
    }
    try {
      found = await answer.json();
    } catch {
      const words = "The server was started anew after this page was opened. Copy what you wrote and open its new address.";
      return tell(form, words, true);
    }
    if (!answer.ok) return tell(form, found.error, true);
    list(hook, found.words);
    tell(form, `Stored. ${found.words}`);
    if (JSON.stringify(said(form, hook)) !== body) return;  // written on meanwhile
    const { verdict, label, passage, comment } = form.elements;
    verdict.value = "open";
    label.value = passage.value = comment.value = "";
  }

  function list(hook, words) {
    const mine = (node) => node.dataset.claim === hook.dataset.claim;
    let lists = [...document.querySelectorAll("ul.reviews")].filter(mine);
    if (!lists.length) {
      const made = document.createElement("ul");
      made.className = "reviews";
      made.dataset.claim = hook.dataset.claim;
      made.setAttribute("aria-label", "What people said of this verdict");
      hook.before(made);
      lists = [made];
    }
    for (const reviews of lists) {
      // The same words twice in a row are one review.
      if (reviews.lastElementChild?.textContent === words) continue;
      const item = document.createElement("li");
      item.dir = "auto";
      item.textContent = words;
      reviews.append(item);
    }
  }

  async function submit(form, hook) {
    const button = form.querySelector(`[type="submit"][data-mode="${mode}"]`);
    if (button.getAttribute("aria-disabled") === "true") return;
    for (const field of form.elements) field.removeAttribute("aria-invalid");
    const lacking = lack(form, hook);
    if (lacking) {
      const [words, field] = lacking;
      field.setAttribute("aria-invalid", "true");
      field.focus();
      tell(form, words, true);
      return;
    }
    memory.keep("reviewer", form.elements.by.value.trim());
    if (mode === "static") memory.keep("database", form.elements.db.value.trim());
    tell(form, mode === "served" ? "Storing …" : "");
    button.setAttribute("aria-disabled", "true");
    await (mode === "served" ? store(form, hook) : copy(form));
    button.removeAttribute("aria-disabled");
  }

  function close(form, button) {
    form.hidden = true;
    button.setAttribute("aria-expanded", "false");
    button.focus();
  }

  function offer(form, hook) {
    const { label, passage } = form.elements;
    const machine = [...label.options].find((option) => option.value === hook.dataset.label);
    form.querySelector("[data-machine]").textContent = machine?.textContent ?? hook.dataset.label;
    const seen = new Set();
    for (const node of hook.parentElement.querySelectorAll("[data-passage]")) {
      const id = node.dataset.passage;
      if (seen.has(id)) continue;
      seen.add(id);
      passage.add(new Option(`${node.dataset.title || node.querySelector("bdi")?.textContent || "untitled"} (${id.slice(0, 8)})`, id));
    }
    for (const node of form.querySelectorAll("[data-mode]")) node.hidden = node.dataset.mode !== mode;
  }

  function build(hook, button) {
    const form = template.content.firstElementChild.cloneNode(true);
    const { verdict, label, by, command, db: database } = form.elements;
    offer(form, hook);
    by.value = memory.read("reviewer");
    database.value = db || memory.read("database") || "verdicts.duckdb";
    const refresh = () => { command.value = commandOf(form, hook); };
    form.addEventListener("input", (event) => {
      if (event.target === label && label.value) verdict.value = "override";
      refresh();
    });
    form.addEventListener("submit", (event) => { event.preventDefault(); submit(form, hook); });
    form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { event.stopPropagation(); close(form, button); }
    });
    form.querySelector('[data-do="close"]').addEventListener("click", () => close(form, button));
    refresh();
    hook.after(form);
    return form;
  }

  function toggle(hook, button) {
    const known = forms.get(hook);
    if (known && !known.hidden) return close(known, button);
    const form = known ?? build(hook, button);
    forms.set(hook, form);
    form.hidden = false;
    button.setAttribute("aria-expanded", "true");
    form.querySelector("input:checked").focus();
  }

  for (const hook of document.querySelectorAll(".review-hook")) {
    if (!hook.dataset.label) continue;  // no verdict, so there is nothing to review
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Review…";
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", () => toggle(hook, button));
    hook.prepend(button);
  }
})();
