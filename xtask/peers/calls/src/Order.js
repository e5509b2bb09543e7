/** An order, whose instances cross with the serialised encoding. */
export default class Order {
  #id;
  #lines;

  constructor(id, lines) {
    this.#id = id;
    this.#lines = lines;
  }

  get id() {
    return this.#id;
  }

  get lines() {
    return this.#lines;
  }

  with(line) {
    return new Order(this.#id, [...this.#lines, line]);
  }
}
