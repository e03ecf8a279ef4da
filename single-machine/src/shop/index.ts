export { customersCsv, purchasesCsv, truthCsv } from './csv.ts';
export { generateShop, type Shop, type ShopOptions } from './generate-shop.ts';
export { nameFor, namesFor } from './names.ts';
export { openStartData, openTestData, shopData, type TestData } from './test-data.ts';
