namespace Steering.Training.Activations;

/// <summary>Refusals that several readers of activations share.</summary>
internal static class ActivationChecks
{
    /// <summary>Refuses a buffer of another size than [sequences, length, width].</summary>
    public static void Length(string what, int given, int sequences, int length, int width)
    {
        if (given != (long)sequences * length * width)
        {
            throw new SteeringException($"The {what} has room for {given} numbers; {sequences} sequences of {length} tokens take {sequences} × {length} × {width}.");
        }
    }
}
