// Asks the device for a passkey when a form with data-passkey is sent, and sends the answer with it.
const bytes = (text) => {
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(plain), (one) => one.charCodeAt(0));
};
const text = (buffer) => {
  const letters = Array.from(new Uint8Array(buffer), (one) => String.fromCharCode(one)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};
const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

const asked = (form) => {
  const found = JSON.parse(document.getElementById(form.dataset.options).textContent).publicKey;
  const options = { ...found, challenge: bytes(found.challenge) };
  if (form.dataset.passkey === "get") options.allowCredentials = known(found.allowCredentials);
  else {
    options.user = { ...found.user, id: bytes(found.user.id) };
    options.excludeCredentials = known(found.excludeCredentials);
  }
  return { publicKey: options };
};

const answered = (made) => {
  const response = { clientDataJSON: text(made.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"])
    if (made.response[name]) response[name] = text(made.response[name]);
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response });
};

for (const form of document.querySelectorAll("[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.closest("[data-passkey-box]")?.removeAttribute("hidden");
  form.querySelector("[data-passkey-missing]")?.setAttribute("hidden", "");
  const failed = form.querySelector("[data-passkey-failed]");
  form.addEventListener("submit", async (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    failed.hidden = true;
    try {
      form.elements.answer.value = answered(await navigator.credentials[form.dataset.passkey](asked(form)));
      form.requestSubmit();
    } catch {
      failed.hidden = false;
    }
  });
}
