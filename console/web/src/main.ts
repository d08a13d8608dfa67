import { PiniaColada } from '@pinia/colada';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { firstLocale, i18n, setLocale } from './messages/locale.ts';
import { router } from './router.ts';
import './styles.css';

await setLocale(firstLocale(), { remember: false });
createApp(App).use(createPinia()).use(PiniaColada, {}).use(router).use(i18n).mount('#app');
