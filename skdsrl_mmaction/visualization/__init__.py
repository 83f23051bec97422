"""Pictures and pages: of views, of a training, of a trained model."""
