// Speaks to the authenticator, puts its answer into the page's form, and sends that. No request of its own.
"use strict";

const form = document.querySelector("form[data-passkey]");
const trouble = document.getElementById("trouble");

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

function asked() {
  const options = JSON.parse(form.dataset.options);
  options.challenge = bytes(options.challenge);
  if (options.user) {
    options.user.id = bytes(options.user.id);
    options.excludeCredentials = known(options.excludeCredentials);
  } else {
    options.allowCredentials = known(options.allowCredentials);
  }
  return { publicKey: options };
}

function answerOf(credential) {
  const { response } = credential;
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: Object.fromEntries(parts.filter((part) => response[part]).map((part) => [part, text(response[part])])),
  };
}

function say(words) {
  trouble.textContent = words;
  trouble.hidden = false;
}

form.addEventListener("submit", async (event) => {
  if (form.elements.answer.value) return; // the answer is in: the form goes its way
  event.preventDefault();
  trouble.hidden = true;
  if (!window.PublicKeyCredential || location.origin !== form.dataset.address) {
    say(form.dataset.elsewhere);
    return;
  }
  try {
    const options = asked();
    const credential = await (options.publicKey.user
      ? navigator.credentials.create(options)
      : navigator.credentials.get(options));
    form.elements.answer.value = JSON.stringify(answerOf(credential));
    form.requestSubmit();
  } catch (error) {
    say(error.name === "InvalidStateError" ? form.dataset.twice : form.dataset.refused);
  }
});

form.hidden = false;
