/** A line of an order. */
export default class Line {
  #product;
  #quantity;

  constructor(product, quantity) {
    this.#product = product;
    this.#quantity = quantity;
  }

  get product() {
    return this.#product;
  }

  get quantity() {
    return this.#quantity;
  }
}
