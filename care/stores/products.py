"""The catalogue."""

from __future__ import annotations

from collections.abc import Iterable

from care.models.common import Page
from care.models.order import Product
from care.stores.documents import OLDEST, Documents
from care.stores.mongo import Database


class ProductStore:
    """Products by sku. Stock is taken and given back by orders, in their transactions."""

    def __init__(self, database: Database) -> None:
        self._products = Documents(database, "products", Product, key="sku", noun="product")

    async def ensure_indexes(self) -> None:
        """Read by `_id` only."""

    async def get(self, sku: str) -> Product:
        return await self._products.get(sku)

    async def find(self, skus: Iterable[str]) -> dict[str, Product]:
        """Those of `skus` that exist, by sku."""
        found = await self._products.many({"_id": {"$in": sorted(set(skus))}}, by="_id", direction=OLDEST)
        return {product.sku: product for product in found}

    async def put(self, product: Product) -> None:
        """Store or replace, stock included."""
        await self._products.put(product)

    async def add(self, product: Product) -> bool:
        """Store once; False if the sku was there, which changes nothing: its stock has moved since."""
        return await self._products.add(product)

    async def page(self, *, limit: int = 50, cursor: str | None = None) -> Page[Product]:
        """By sku."""
        return await self._products.page({}, by="_id", direction=OLDEST, limit=limit, cursor=cursor)

    async def all(self) -> list[Product]:
        return await self._products.many({}, by="_id", direction=OLDEST)
