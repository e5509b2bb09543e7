import Line from './Line.js';

/** Instances of two classes in and out. */
export default async function extendOrder(order) {
  return order.with(new Line('gift', order.lines.length));
}
