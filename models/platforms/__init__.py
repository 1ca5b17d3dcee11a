from . import tbone, acommerce
