import { nameFor } from './names.ts';
import { beta, createRandom, exponential, gamma, normal, pick, type Random } from './random.ts';

export interface ShopOptions {
  /** Everything follows from it, the size and the end date. */
  readonly seed: string;
  /** Number of customers. */
  readonly size: number;
  /** The last day of the history, yyyy-mm-dd. */
  readonly endDate: string;
}

export interface ShopCustomer {
  readonly customerId: string;
  readonly name: string;
  readonly email: string;
  readonly country: string;
  /** yyyy-mm-dd, also the day of the first purchase. */
  readonly signedUpOn: string;
}

export interface ShopPurchase {
  readonly customerId: string;
  readonly purchasedOn: string;
  readonly quantity: number;
  /** Dollars with two decimals. */
  readonly value: string;
}

/** What no shop knows about its customers: for judging what is estimated from the purchases. */
export interface ShopTruth {
  readonly customerId: string;
  /** Purchases a week while the customer is one. */
  readonly weeklyRate: number;
  /** Chance of dropping out after each purchase. */
  readonly dropOutProbability: number;
  /** Whether the customer was still one on the end date. */
  readonly alive: boolean;
}

export interface Shop {
  readonly customers: readonly ShopCustomer[];
  readonly purchases: readonly ShopPurchase[];
  readonly truth: readonly ShopTruth[];
}

/** History in weeks; customers sign up during its first half. */
const WEEKS = 78;
const DAY_MS = 86_400_000;

/** Purchase rates are gamma, drop-out probabilities beta distributed: the BG/NBD model, livelier than CDNOW's shop. */
const RATE = { shape: 0.6, perWeek: 6 };
const DROP_OUT = { a: 0.8, b: 3 };
const COUNTRIES = ['US', 'US', 'US', 'GB', 'DE', 'FR', 'CA', 'NL', 'ES', 'IT', 'SE', 'JP'];

const calendarDate = (ms: number) => new Date(ms).toISOString().slice(0, 10);

interface CustomerHistory {
  readonly customer: ShopCustomer;
  readonly purchases: readonly ShopPurchase[];
  readonly truth: ShopTruth;
}

function buy(random: Random, taste: number): Pick<ShopPurchase, 'quantity' | 'value'> {
  const quantity = 1 + Math.floor(exponential(random, 0.9));
  const cents = Math.round(quantity * taste * Math.exp(0.25 * normal(random)));
  return { quantity, value: (Math.max(cents, 99) / 100).toFixed(2) };
}

function liveThrough(random: Random, customerId: string, options: ShopOptions): CustomerHistory {
  const endMs = Date.parse(options.endDate);
  const startMs = endMs - WEEKS * 7 * DAY_MS;
  const weeklyRate = gamma(random, RATE.shape, RATE.perWeek);
  const dropOutProbability = beta(random, DROP_OUT.a, DROP_OUT.b);
  /** Cents for one piece. */
  const taste = 1_400 * Math.exp(0.4 * normal(random));
  const signedUpWeek = (random() * WEEKS) / 2;
  const dateOf = (week: number) => calendarDate(startMs + Math.floor(week * 7) * DAY_MS);

  const purchases: ShopPurchase[] = [];
  let alive = true;
  for (let week = signedUpWeek; week < WEEKS; week += exponential(random, weeklyRate)) {
    purchases.push({ customerId, purchasedOn: dateOf(week), ...buy(random, taste) });
    // The first purchase is the sign-up; one leaves after a later one only.
    if (purchases.length > 1 && random() < dropOutProbability) {
      alive = false;
      break;
    }
  }
  return {
    customer: {
      customerId,
      ...nameFor(customerId, options.seed),
      country: pick(random, COUNTRIES),
      signedUpOn: dateOf(signedUpWeek),
    },
    purchases,
    truth: { customerId, weeklyRate, dropOutProbability, alive },
  };
}

/** A made-up shop: customers who buy at rates of their own until they silently drop out. */
export function generateShop(options: ShopOptions): Shop {
  if (!Number.isInteger(options.size) || options.size < 1 || options.size > 10_000_000) {
    throw new Error(`size must be a number of customers from 1 to 10000000, not ${options.size}`);
  }
  if (!/^\d{4}-\d{2}-\d{2}$/.test(options.endDate) || Number.isNaN(Date.parse(options.endDate))) {
    throw new Error(`endDate must be a date like 2026-06-30, not '${options.endDate}'`);
  }
  const histories = Array.from({ length: options.size }, (_, index) => {
    const customerId = String(index + 1).padStart(6, '0');
    return liveThrough(createRandom(`shop/${options.seed}/${customerId}`), customerId, options);
  });
  return {
    customers: histories.map(({ customer }) => customer),
    purchases: histories
      .flatMap(({ purchases }) => purchases)
      .sort(
        (a, b) =>
          a.purchasedOn.localeCompare(b.purchasedOn) || a.customerId.localeCompare(b.customerId),
      ),
    truth: histories.map(({ truth }) => truth),
  };
}
