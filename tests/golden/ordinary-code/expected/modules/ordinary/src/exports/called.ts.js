function name() {
    return 'called';
}
export default name();
