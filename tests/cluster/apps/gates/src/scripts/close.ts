console.info('step: close');
