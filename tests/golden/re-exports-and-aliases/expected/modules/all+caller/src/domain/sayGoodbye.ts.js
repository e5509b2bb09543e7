async function goodbye() {
    return 'goodbye';
}
export { goodbye as sayBye };
