export class Money {
    currency = 'EUR';
}
