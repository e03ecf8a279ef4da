import { createRandom, pick } from './random.ts';

export interface PersonName {
  readonly name: string;
  /** At a domain that is reserved and receives no mail. */
  readonly email: string;
}

const FIRST =
  `Ada Alan Amara Anders Anika Aylin Beatriz Ben Bruno Camille Carlos Chiara Chloe Dara David Dina Elena Elif
Emil Erik Eva Farid Fatima Felix Finn Freya Gabriel Giulia Grace Hana Hannah Hugo Ida Ines Ingrid Isaac Ivan Jana Jin
Johan Jonas Julia Kai Karim Kenji Lara Lars Leila Leo Liam Lina Luca Lucia Maja Marco Maria Marta Mateo Maya Mei Mia Milan
Mina Nadia Nils Noah Nora Olga Oliver Omar Oscar Paula Pedro Petra Priya Rafael Rania Raj Rosa Ruben Samir Sara Sofia Sven
Tara Theo Thomas Tom Uma Vera Viktor Wanda Yara Yusuf Zoe`.split(/\s+/);

const LAST =
  `Adams Ahmed Almeida Andersen Baker Barbieri Bauer Becker Bennett Berg Blanc Brown Carter Castro Chen Clark
Costa Cruz Dahl Davies Demir Diaz Dubois Eriksen Evans Ferrari Fischer Fontaine Fox Garcia Gomez Green Gupta Haas Hansen
Harris Hill Hoffmann Hughes Ito Jackson Jansen Jensen Johnson Jones Kaya Keller Khan Kim Klein Kowalski Kumar Laine Lang
Larsen Lee Lewis Lopez Marino Martin Meyer Moore Moreau Morgan Mueller Nakamura Nguyen Nielsen Novak Okafor Olsen Patel
Pereira Petrov Popov Reed Ricci Rivera Roberts Rossi Roy Russo Sato Schmidt Schneider Silva Singh Smith Sokolov Suzuki
Tanaka Taylor Thompson Tran Vargas Vogel Wagner Walker Weber White Wilson Wong Wright Young Zhang`.split(
    /\s+/,
  );

const DOMAINS = ['example.com', 'example.net', 'example.org'];

/** A made-up person for an id: always the same one for the same seed, whatever other ids there are. */
export function nameFor(id: string, seed: string): PersonName {
  const random = createRandom(`name/${seed}/${id}`);
  const first = pick(random, FIRST);
  const last = pick(random, LAST);
  const email = `${first}.${last}.${id}@${pick(random, DOMAINS)}`.toLowerCase();
  return { name: `${first} ${last}`, email };
}

/** Names and e-mails for customers of whom a data set knows only ids (CDNOW). */
export function namesFor(ids: readonly string[], seed: string): (PersonName & { id: string })[] {
  return ids.map((id) => ({ id, ...nameFor(id, seed) }));
}
