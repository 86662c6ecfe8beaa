using System.Globalization;

namespace Steering.Training.Trainer;

/// <summary>The members of a run.</summary>
public static class TrainingMembers
{
    private const int LongestName = 100;

    /// <summary>Checks names and what all have to agree on.</summary>
    /// <param name="members">The members.</param>
    /// <param name="hiddenSize">Width d of the activations.</param>
    /// <exception cref="SteeringException">They cannot share a run; the message names what is in the way.</exception>
    public static void Validate(IReadOnlyList<TrainingMember> members, int hiddenSize)
    {
        ArgumentNullException.ThrowIfNull(members);
        if (members.Count == 0)
        {
            throw new SteeringException("A training run needs at least one autoencoder.");
        }

        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var first = members[0].Options;
        foreach (var (name, options) in members)
        {
            if (name.Length is 0 or > LongestName || name[0] == '.' || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_'))
            {
                throw new SteeringException($"'{name}' cannot name an autoencoder; up to {LongestName} letters, digits, '.', '-' and '_' can, not '.' first.");
            }

            if (!names.Add(name))
            {
                throw new SteeringException($"Two autoencoders of a run have the name '{name}'.");
            }

            TrainingOptionsValidator.Validate(options, hiddenSize);
            if (options.BatchSize != first.BatchSize || options.Tokens != first.Tokens || options.EstimationRows != first.EstimationRows)
            {
                throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"Autoencoders that train from one stream share BatchSize, Tokens and EstimationRows; '{members[0].Name}' has {first.BatchSize}, {first.Tokens}, {first.EstimationRows}, '{name}' {options.BatchSize}, {options.Tokens}, {options.EstimationRows}."));
            }
        }
    }
}

/// <summary>One autoencoder of a run that trains several from the same activations.</summary>
/// <param name="Name">Its name, also that of its files: letters, digits, <c>.</c>, <c>-</c> and <c>_</c>.</param>
/// <param name="Options">What to train.</param>
public sealed record TrainingMember(string Name, TrainingOptions Options);
