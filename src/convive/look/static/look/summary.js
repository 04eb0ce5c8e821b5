// A form that came back takes the focus to what needs correcting. `autofocus` does so by itself,
// but not where the address ends in a fragment: after the skip link, or a link of the summary.
(function () {
  "use strict";

  window.addEventListener("load", function () {
    if (location.hash) document.querySelector(".notice[role=alert][autofocus]").focus();
  });
})();
