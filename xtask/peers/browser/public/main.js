// Calls server functions like local ones, and says on the page what came of it.

import { addMiddleware, NotFound, withSignal } from '/jitar/client/jitar.js';
import { addLine, countLines } from '/jitar/client/shop/changeOrder.js';
import getOrder from '/jitar/client/shop/getOrder.js';

const wrong = [];

function check(what, holds) {
  if (!holds) {
    wrong.push(what);
  }
}

async function thrownBy(body) {
  try {
    await body();
  } catch (error) {
    return error;
  }
}

async function run() {
  // Its class was not imported by anybody yet.
  const order = await getOrder('1');
  const { default: Order } = await import('/jitar/client/shop/Order.js');
  const { default: OrderNotFound } = await import('/jitar/client/shop/OrderNotFound.js');
  check('an instance arrives as one of its class', order instanceof Order);
  check('its methods work', order.describe() === '1: planted in a function');

  const changed = await addLine(order, 'of the page');
  check('an instance can be sent', changed instanceof Order && changed.lines.length === 2);

  const missing = await thrownBy(() => getOrder('2'));
  check('an error has its class', missing instanceof OrderNotFound && missing instanceof NotFound);
  check('and its fields', missing?.id === '2' && missing?.status === 404 && missing?.message === "There is no order '2'");

  const hidden = await thrownBy(() => countLines(order));
  check('a private function says that it is not there', hidden?.message.includes('is not available in the browser'));

  const controller = new AbortController();
  const aborted = thrownBy(() => withSignal(controller.signal, () => getOrder('1')));
  controller.abort();
  check('a call can be aborted', (await aborted)?.name === 'AbortError');

  const many = await Promise.all(Array.from({ length: 100 }, () => getOrder('1')));
  check('many calls wait for their turn', many.every((one) => one instanceof Order));

  addMiddleware({
    async handle(request, next) {
      const response = await next();
      response.result = `${request.fqn} ${response.result.id}`;
      return response;
    },
  });
  check('middleware is around calls', (await getOrder('1')) === 'shop/getOrder 1');
}

run().then(
  () => document.getElementById('result').replaceChildren(wrong.length === 0 ? 'all right' : `wrong: ${wrong.join('; ')}`),
  (error) => document.getElementById('result').replaceChildren(`failed: ${error.stack}`),
);
