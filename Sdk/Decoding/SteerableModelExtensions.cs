using Steering.Models;

namespace Steering.Decoding;

/// <summary>Decoding with a model itself, token by token, beneath the decoders.</summary>
public static class SteerableModelExtensions
{
    /// <summary>Starts decoding a conversation turn.</summary>
    /// <param name="model">The model.</param>
    /// <param name="request">What to decode.</param>
    /// <param name="collectActivations">Whether each token's activations are kept.</param>
    /// <exception cref="SteeringException">The request does not fit the model; the message says what to change.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed of.</exception>
    public static SteeredGeneration Start(this SteerableModel model, DecodeRequest request, bool collectActivations = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(request);
        return new SteeredGeneration(model, request) { CollectActivations = collectActivations };
    }
}
