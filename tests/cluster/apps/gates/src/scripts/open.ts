console.info('step: open');
