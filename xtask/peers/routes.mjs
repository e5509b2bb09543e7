// The application in `calls` for servers that have no build of their own: what is called at a path, with what arguments.
// Classes cross by hand, in the form that the serialised encoding has.
import acceptOrder from './calls/src/acceptOrder.js';
import extendOrder from './calls/src/extendOrder.js';
import greetOften from './calls/src/greetOften.js';
import Line from './calls/src/Line.js';
import Order from './calls/src/Order.js';
import reverseRows from './calls/src/reverseRows.js';
import sayHello from './calls/src/sayHello.js';
import work from './calls/src/work.js';

function instance(key, args) {
  return { serialized: true, key, name: 'class', args, fields: {} };
}

function encode(order) {
  const lines = order.lines.map((line) => instance('Line', { 0: line.product, 1: line.quantity }));
  return instance('Order', { 0: order.id, 1: lines });
}

function decode({ args }) {
  return new Order(args[0], args[1].map((line) => new Line(line.args[0], line.args[1])));
}

export default {
  '/rpc/sayHello': ({ name }) => sayHello(name),
  '/rpc/acceptOrder': ({ order }) => acceptOrder(order),
  '/rpc/reverseRows': ({ rows }) => reverseRows(rows),
  '/rpc/extendOrder': async ({ order }) => encode(await extendOrder(decode(order))),
  '/rpc/greetOften': ({ times }) => greetOften(times),
  '/rpc/work': ({ seed }) => work(seed),
};
