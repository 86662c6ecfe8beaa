using Steering.Models;

namespace Steering.Decoding;

/// <summary>Checks that a request fits the model before anything native is made for it.</summary>
internal static class DecodeRequestCheck
{
    /// <exception cref="SteeringException">The message names the number given and the range.</exception>
    public static void Run(SteerableModel model, DecodeRequest request, int[] prompt)
    {
        request.Sampling.Validate();
        if (prompt.Length == 0)
        {
            throw new SteeringException("The prompt has no token. Give at least one.");
        }

        if (request.MaxTokens < 1)
        {
            throw new SteeringException($"MaxTokens is {request.MaxTokens}; it must be at least 1.");
        }

        if (request.MinTokens < 0 || request.MinTokens > request.MaxTokens)
        {
            throw new SteeringException($"MinTokens is {request.MinTokens}; it must be 0 to MaxTokens, which is {request.MaxTokens}.");
        }

        if ((long)prompt.Length + request.MaxTokens > model.ContextLength)
        {
            throw new SteeringException($"The prompt has {prompt.Length} tokens and {request.MaxTokens} more are asked for, which is beyond the model's context of {model.ContextLength}. Shorten the prompt or lower MaxTokens.");
        }

        if (Array.FindIndex(prompt, id => id < 0 || id >= model.VocabularySize) is var index and >= 0)
        {
            throw new SteeringException($"Prompt token {index} is {prompt[index]}; the vocabulary has the ids 0 to {model.VocabularySize - 1}.");
        }

        foreach (var name in request.Policy.Sites.Select(program => program.Site).Concat(request.Reservations.Select(reservation => reservation.Site)))
        {
            model.RequireSite(name);
        }
    }
}
