namespace Steering.Sandbox;

/// <summary>What a turn of the sandbox's small world is about. Small talk has no topic.</summary>
public enum Topic
{
    /// <summary>Meals, dishes, cooking.</summary>
    Food,

    /// <summary>Pets, farm and wild animals.</summary>
    Animals,

    /// <summary>Rain, sun, seasons.</summary>
    Weather,

    /// <summary>Trips, trains, hotels.</summary>
    Travel,

    /// <summary>Songs, instruments, concerts.</summary>
    Music,

    /// <summary>Jobs, offices, meetings.</summary>
    Work,

    /// <summary>Games, teams, races.</summary>
    Sport,

    /// <summary>Relatives, birthdays, weddings.</summary>
    Family,

    /// <summary>Lessons, books, exams.</summary>
    School,

    /// <summary>Illness, doctors, habits.</summary>
    Health,

    /// <summary>Flowers, trees, soil.</summary>
    Gardens,

    /// <summary>Engines, computers, repairs.</summary>
    Machines,
}
