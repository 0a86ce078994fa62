"""The course on a USB stick, for a room without a network: ``wheels`` fetches what is installed,
``parts`` puts the rest beside it, and ``carried/`` goes onto the stick as it is.
"""
