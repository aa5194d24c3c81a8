"""Three faces of one code base (PLT-05): which login may touch which table, which process serves which address."""
