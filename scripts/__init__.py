"""Programs of the checkout that are no part of the product: they write its documentation and check it."""
