"""What helps whoever runs the service. Nothing of it is deployed."""
