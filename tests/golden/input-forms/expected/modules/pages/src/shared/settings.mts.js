export default {
    name: 'settings'
};
