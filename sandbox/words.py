"""Words of the made-up company: names, places, products. No figures and no code."""

from __future__ import annotations

FIRST_NAMES = (
    "Ana",
    "Íñigo",
    "Lucía",
    "Óscar",
    "María",
    "José",
    "Carmen",
    "Andrés",
    "Sofía",
    "Ángel",
    "Elena",
    "Raúl",
    "Nuria",
    "Martín",
    "Begoña",
    "Iván",
    "Rocío",
    "Joaquín",
    "Inés",
    "Víctor",
    "Paula",
    "Adrián",
    "Marta",
    "Tomás",
    "Irene",
    "Hugo",
    "Noelia",
    "Jesús",
    "Alba",
    "Rubén",
    "Clara",
    "Sergio",
    "Julia",
    "Pablo",
    "Pilar",
    "Diego",
)
LAST_NAMES = (
    "García",
    "Muñoz",
    "Fernández",
    "López",
    "Martínez",
    "Sánchez",
    "Pérez",
    "Gómez",
    "Ruiz",
    "Ibáñez",
    "Núñez",
    "Ortega",
    "Castaño",
    "Delgado",
    "Vázquez",
    "Ramos",
    "Gil",
    "Serrano",
    "Blanco",
    "Molina",
    "Morales",
    "Suárez",
    "Iglesias",
    "Peña",
    "Cortés",
    "Garrido",
    "Santos",
    "Lozano",
    "Guerrero",
    "Cano",
    "Prieto",
    "Méndez",
    "Cruz",
)
COMPANY_WORDS = (
    "Distribuciones",
    "Comercial",
    "Suministros",
    "Talleres",
    "Almacenes",
    "Conservas",
    "Transportes",
    "Bodegas",
    "Ferretería",
    "Papelería",
    "Clínica",
    "Hostelería",
    "Jardinería",
    "Óptica",
    "Panadería",
    "Electricidad",
)
COMPANY_NAMES = (
    "El Sol",
    "La Peña",
    "Río Duero",
    "San Blas",
    "Los Álamos",
    "Miramar",
    "Aragón",
    "Cantábrico",
    "La Muñeca",
    "Nórdica",
    "Levantina",
    "del Ebro",
    "Santa Inés",
    "Moncayo",
    "La Española",
    "Campiña",
    "Guadiana",
)
COMPANY_FORMS = (" S.L.", ", S.A.", "; S.L.U.", " e Hijos")

REGIONS = ("Centro", "Norte", "Levante", "Sur", "Cataluña")
OFFICES = ("Madrid", "Bilbao", "Valencia", "Sevilla", "Barcelona")
CITIES = (
    ("Madrid", "Toledo", "Guadalajara", "Ávila"),
    ("Bilbao", "Gijón", "Santander", "Vitoria"),
    ("Valencia", "Alicante", "Murcia", "Castellón"),
    ("Sevilla", "Málaga", "Córdoba", "Almería"),
    ("Barcelona", "Girona", "Lleida", "Tarragona"),
)
TEAMS = ("Recepción", "Emisión", "Campo", "Mixto")
DIRECTIONS = ("Entrante", "Saliente", "Campo", "Mixto")
ROLES = ("Comercial", "Responsable", "Dirección", "Soporte")
INDUSTRIES = (
    "Comercio",
    "Hostelería",
    "Industria",
    "Sanidad",
    "Construcción",
    "Educación",
    "Transporte",
)
SEGMENTS = ("Pyme", "Mediana", "Grande")
JOBS = ("Compras", "Dirección", "Administración", "Operaciones", "Marketing", "Informática")
CHANNELS = ("Web", "Teléfono", "Correo", "Redes sociales", "Buscadores", "Feria", "Recomendación")
STAGES_OF_LIFE = ("Prospecto", "Cliente", "Inactivo")

CATEGORIES = (
    "Oficina",
    "Limpieza",
    "Cafetería",
    "Informática",
    "Mobiliario",
    "Seguridad",
    "Embalaje",
    "Jardín",
)
PRODUCT_WORDS = (
    "Básico",
    "Clásico",
    "Plus",
    "Profesional",
    "Eco",
    "Compacto",
    "Grande",
    "Premium",
    "Ligero",
    "Duo",
)

DEAL_STAGES = ("Prospección", "Calificación", "Propuesta", "Negociación", "Ganada", "Perdida")
DEAL_STATUS = ("Abierta", "Ganada", "Perdida")
PIPELINES = ("Empresas", "Particulares")
DEAL_TYPES = ("Nuevo negocio", "Ampliación", "Renovación")
LOST_REASONS = ("Precio", "Competencia", "Sin presupuesto", "Sin respuesta", "Plazo de entrega")

KINDS = ("Correo", "Reunión", "Visita", "Demostración", "Propuesta", "Nota", "Contenido")
KIND_DIRECTIONS = ("Saliente", "Entrante")
OUTCOMES = ("Realizada", "No asistió", "Cancelada", "Respondido", "Enviado", "Aplazada")
"""The last one is a trouble: embudo.yml does not map it."""

ORDER_STATUS = ("Abierto", "Completado", "Cancelado")
ORDER_CHANNELS = ("web", "telefono", "email", "marketplace")
INVOICE_STATUS = ("Emitida", "Pagada", "Anulada")

QUEUES = ("Ventas", "Atención al cliente", "Posventa")
CALL_DIRECTIONS = ("in", "out", "int")
DISPOSITIONS = ("ANSWERED", "NO ANSWER", "BUSY", "FAILED", "ABANDONED", "VOICEMAIL")
AGENT_STATES = ("AVAIL", "ONCALL", "WRAP", "SELL", "CONTENT", "TRAIN", "BREAK", "MEET")

CAMPAIGN_CHANNELS = ("email", "social", "search", "phone", "event", "referral")
EVENT_KINDS = (
    "sent",
    "delivered",
    "open",
    "click",
    "reply",
    "bounce",
    "unsubscribe",
    "complaint",
    "deferred",
)
NETWORKS = ("instagram", "linkedin", "facebook", "tiktok")
SOCIAL_KINDS = (
    "impression",
    "view",
    "like",
    "follow",
    "comment",
    "share",
    "reply",
    "message",
    "click",
)
SURVEYS = ("csat", "nps")
MAIL_SEGMENTS = ("Clientes", "Prospectos", "Promoción")
TASK_SUBJECTS = (
    "Llamar al cliente",
    "Enviar presupuesto",
    "Preparar visita",
    "Revisar pedido",
    "Felicitar",
)
SCOPES = ("empresa", "equipo", "zona", "comercial")
