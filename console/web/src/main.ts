import { PiniaColada } from '@pinia/colada';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { firstLocale, i18n, setLocale } from './messages/locale.ts';
import { router } from './router.ts';
import { loadMe } from './session/session.ts';
import './styles.css';

// Goes out at once, beside the messages; the router's guard waits for the same answer.
if (!router.resolve(location.pathname).meta.open) void loadMe().catch(() => {});
await setLocale(firstLocale(), { remember: false });
createApp(App).use(createPinia()).use(PiniaColada, {}).use(router).use(i18n).mount('#app');
