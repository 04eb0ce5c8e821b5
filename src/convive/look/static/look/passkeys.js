// Passkeys: asks the device for one and sends its answer with the form. A form says what it wants:
//   data-passkey="create" or "get"
//   data-options="ID" of a JSON script with the options, or data-ask="URL" that answers with them
// Needs webauthn-json.js of django-allauth before it. Where there is no script, or no passkeys,
// such a form stays hidden and what is marked data-passkey-none stays shown.
(function () {
  "use strict";

  if (!window.webauthnJSON || !window.webauthnJSON.supported()) return;

  for (const none of document.querySelectorAll("[data-passkey-none]")) none.hidden = true;

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      ask(form).catch(function () {
        const failed = form.querySelector("[data-passkey-failed]");
        failed.hidden = false;
        failed.focus();
      });
    });
  }

  async function ask(form) {
    form.querySelector("[data-passkey-failed]").hidden = true;
    const options = await optionsOf(form);
    let credential;
    if (form.dataset.passkey === "create") {
      // One that the device keeps and that its owner opens by PIN, finger or face
      const wanted = options.creation_options.publicKey.authenticatorSelection;
      wanted.residentKey = "required";
      wanted.requireResidentKey = true;
      wanted.userVerification = "required";
      credential = await window.webauthnJSON.create(options.creation_options);
    } else {
      credential = await window.webauthnJSON.get(options.request_options);
    }
    form.elements.credential.value = JSON.stringify(credential);
    form.submit();
  }

  async function optionsOf(form) {
    if (form.dataset.options) {
      return JSON.parse(document.getElementById(form.dataset.options).textContent);
    }
    const answer = await fetch(form.dataset.ask, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error("no options: " + answer.status);
    return answer.json();
  }
})();
