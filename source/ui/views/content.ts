/** The rows of a page, and which of them belong to something that can be chosen. */
import type {PageItem, PageLook} from '../../store/surroundings.ts';

export type PageContent = {
	/** Rows that stay at the top while the others scroll, and at the bottom. */
	readonly head?: readonly string[];
	readonly foot?: readonly string[];
	/** Each as wide as the inside of the frame. Those of an item begin with a plain blank, in place of which a mark may stand. */
	readonly lines: readonly string[];
	readonly items: readonly PageItem[];
	/** Of a page that can be looked at in two ways: the one it is shown in. */
	readonly look?: PageLook | undefined;
};

export class PageBuilder implements PageContent {
	readonly lines: string[] = [];
	readonly items: PageItem[] = [];
	readonly head: string[] = [];
	readonly foot: string[] = [];
	look: PageLook | undefined;

	add(...lines: readonly string[]): this {
		for (const line of lines) this.lines.push(line);
		return this;
	}

	addItem(id: string, lines: readonly string[]): this {
		this.items.push({id, first: this.lines.length, rows: lines.length});
		return this.add(...lines);
	}
}

/** The one that is chosen: the first one until somebody has moved. */
export function chosenItem({items}: PageContent, chosen: string | undefined): PageItem | undefined {
	return items.find(({id}) => id === chosen) ?? items[0];
}
