class X {
    name = 'made';
}
export default new X();
