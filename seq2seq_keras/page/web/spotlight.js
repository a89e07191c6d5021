// What is pointed at, by pointer or focus, and everything that lights up with it.
//
// A place is `{rank, row, column}`: a translation of the n best, one of its tokens, a token
// of the source. `row` or `column` is null where only the other is meant.

export class Spotlight {
  #lights = [];

  /** `light(place)` is called with every new place, and with null when nothing is meant. */
  add(light) {
    this.#lights.push(light);
  }

  point(place) {
    for (const light of this.#lights) light(place);
  }

  /** Points at `placeOf(element)` for what the pointer is on in a container, or the focus. */
  watch(container, placeOf) {
    const focused = () => (container.contains(document.activeElement) ? placeOf(document.activeElement) : null);
    container.addEventListener("pointerover", ({ target }) => this.point(placeOf(target) ?? focused()));
    container.addEventListener("pointerleave", () => this.point(focused()));
    container.addEventListener("focusin", ({ target }) => this.point(placeOf(target)));
    container.addEventListener("focusout", () => this.point(null));
    // A tap stays until the next one; not every browser moves the focus by itself.
    container.addEventListener("click", ({ target }) => placeOf(target) && target.closest("[tabindex]")?.focus());
    container.addEventListener("keydown", ({ key, target }) => key === "Escape" && target.blur());
  }
}
