// The map beside its list. It draws what the page would draw without it, closer: outlines and cells,
// no basemap, no points, nothing from another server. Needs leaflet.js before it.
//
// Shapes take no focus: the list is the control. Its rows are one stop of the keyboard; arrow keys,
// Home and End move through them, and the shape of the row with focus or pointer lights up.
(function () {
  "use strict";

  const box = document.getElementById("map");
  const list = document.getElementById("map-rows");
  if (!box || !list || !window.L) return;

  const rows = Array.from(list.querySelectorAll("tr[data-key]"));
  const rowOf = new Map(rows.map((row) => [row.dataset.key, row]));
  const shapeOf = new Map();

  fetch(box.dataset.shapes, { credentials: "same-origin" })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
    .then(draw)
    .catch(function () {
      // The drawing of the page stays where it is
    })
    .finally(() => box.setAttribute("aria-busy", "false"));

  function draw(shapes) {
    box.hidden = false;
    document.getElementById("map-drawing").hidden = true;
    const map = window.L.map(box, {
      attributionControl: false,
      zoomControl: false,
      keyboard: false,
      scrollWheelZoom: false, // the wheel scrolls the page
      dragging: !window.L.Browser.mobile, // and so does one finger
      zoomSnap: 0.25,
      maxZoom: 16,
    });
    window.L.control.zoom({ zoomInTitle: box.dataset.in, zoomOutTitle: box.dataset.out }).addTo(map);

    const isShaded = (feature) => feature.properties.rank !== null;
    layer(shapes.districts, shaded, { filter: isShaded, onEachFeature: tie });
    layer(shapes.cells, shaded, { onEachFeature: tie });
    const outlines = layer(shapes.districts, () => ({ className: "outline" }), { interactive: false });
    layer(shapes.limits, () => ({ className: "unsettled" }), { interactive: false });

    const told = window.L.geoJSON(shapes.cells, { filter: (cell) => cell.properties.rank > 0 });
    const middle = told.getBounds().isValid() ? told : outlines;
    if (middle.getBounds().isValid()) map.fitBounds(middle.getBounds(), { padding: [12, 12] });
    map.setMinZoom(map.getZoom() - 2);
    follow();

    function layer(features, style, options) {
      return window.L.geoJSON(features, Object.assign({ style: style }, options)).addTo(map);
    }
  }

  function shaded(feature) {
    const rank = feature.properties.rank;
    if (rank) return { className: "shape hx" + rank };
    const isCell = feature.properties.key.startsWith("c");
    return isCell
      ? { className: "shape few", fillColor: "url(#map-few)" }
      : { className: "shape none" };
  }

  // A shape and its row light up together

  function tie(feature, shape) {
    const key = feature.properties.key;
    shapeOf.set(key, shape);
    shape.on("mouseover", () => light(key, true));
    shape.on("mouseout", () => light(key, false));
    shape.on("click", function () {
      if (rowOf.has(key)) step(rowOf.get(key));
    });
  }

  function light(key, on) {
    const row = rowOf.get(key);
    const shape = shapeOf.get(key);
    if (row) row.classList.toggle("lit", on);
    if (!shape || !shape.getElement()) return;
    shape.getElement().classList.toggle("lit", on);
    if (on) shape.bringToFront();
  }

  // The keyboard

  function follow() {
    document.querySelector("[data-map-hint]").hidden = false;
    rows.forEach(function (row, i) {
      row.tabIndex = i ? -1 : 0;
      const key = row.dataset.key;
      row.addEventListener("focus", () => light(key, true));
      row.addEventListener("blur", () => light(key, false));
      row.addEventListener("mouseenter", () => light(key, true));
      row.addEventListener("mouseleave", () => light(key, row === document.activeElement));
      row.addEventListener("keydown", function (event) {
        const to = { ArrowDown: i + 1, ArrowUp: i - 1, Home: 0, End: rows.length - 1 }[event.key];
        if (to === undefined || !rows[to]) return;
        event.preventDefault();
        step(rows[to]);
      });
    });
  }

  function step(row) {
    for (const other of rows) other.tabIndex = other === row ? 0 : -1;
    row.focus();
    row.scrollIntoView({ block: "nearest" });
  }
})();
