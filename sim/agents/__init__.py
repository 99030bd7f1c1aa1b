"""Who acts in the world: for each kind of agent its columns and its Mesa view."""
